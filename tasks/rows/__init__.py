"""Large files of rows, read in blocks of bounded size, each row counted once: what several rooms build on."""
