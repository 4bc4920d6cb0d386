"""AlphaTwin: a theranostic digital twin for targeted alpha therapy."""
