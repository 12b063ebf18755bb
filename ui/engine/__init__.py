"""The commands of `puppet-engine`, a file each, and the tables that they print."""
