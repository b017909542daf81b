"""Docker Compose's loader, one module per phase: files in, one canonical merged tree out."""
