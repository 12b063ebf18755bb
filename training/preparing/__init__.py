"""From raw videos to data sets of face clips."""
