"""How a person sees and steers Puppet: the Qt window and the commands."""
