"""How people are brought to the service: posters, segments and campaigns. Rules, no statements."""
