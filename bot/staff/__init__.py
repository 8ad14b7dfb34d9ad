"""What officers and volunteers do, at the desk or from the command line."""
