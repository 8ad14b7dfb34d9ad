"""The pages: each view reads the request, asks the store, and renders or redirects."""
