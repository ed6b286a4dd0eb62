"""What the papers claim, tried on small models: each experiment asks one question, with five seeds. data/experiments.yaml."""
