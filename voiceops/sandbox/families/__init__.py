"""The families of voices, each as one of the service's own APIs answers."""
