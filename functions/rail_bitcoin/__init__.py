"""The rails of Bitcoin and Litecoin: deposit addresses, and what arrives at them."""
