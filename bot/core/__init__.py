"""The ground: values, settings, time, text, crypto. Imports nothing else of the project."""
