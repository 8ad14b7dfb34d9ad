"""The FAQ: its entries, the engine that finds them, its checks, and how volunteers change it."""
