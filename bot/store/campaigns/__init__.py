"""SQL of outreach: campaigns, segments, posters and the answers to them."""
