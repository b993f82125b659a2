"""Where raw codes come from: camera, USB gun, serial gun, keyboard. Each knows its device and nothing else."""
