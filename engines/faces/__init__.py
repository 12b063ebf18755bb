"""The face finder: where faces lie in a picture, by two small networks."""
