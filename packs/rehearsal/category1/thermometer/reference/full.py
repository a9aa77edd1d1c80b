"""The starter as it is."""

import starter

if __name__ == "__main__":
    starter.solution_model().save("mymodel.keras")
