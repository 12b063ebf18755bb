"""The live window, in Qt."""
