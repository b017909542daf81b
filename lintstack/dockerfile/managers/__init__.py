"""Package managers: how they are called, what that installs, pins, leaves behind and asks."""
