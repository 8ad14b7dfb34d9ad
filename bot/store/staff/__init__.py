"""SQL of officers and volunteers: accounts, inbox, audit, switches, figures."""
