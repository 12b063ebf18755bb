"""What `puppet-doctor` looks at, what it makes of it, and the page it prints. No Qt."""
