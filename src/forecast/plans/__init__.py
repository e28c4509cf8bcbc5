"""Plans and their targets: what was promised, in whose words, by when."""
