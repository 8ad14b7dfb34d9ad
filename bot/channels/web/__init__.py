"""The web chat: page, JSON API, event stream."""
