"""How people are brought to the service: posters now, segments and campaigns beside them."""
