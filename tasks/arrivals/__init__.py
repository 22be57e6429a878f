"""The arrivals room: which agencies' records have arrived whole, and have not been announced yet."""
