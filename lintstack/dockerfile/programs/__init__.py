"""What is known of single programs that RUNs call: downloads, archives, modes, accounts, what they verify."""
