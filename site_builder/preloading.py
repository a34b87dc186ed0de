"""What comes before all imports in the process that workers are forked from."""

import gc

gc.disable()  # what is imported stays: to look at it over and over took a quarter of the time, and found nothing
