"""Figures of rows that are scaled for training say inputs, targets and outputs in the user's units."""

import json

import numpy as np
import pytest

from backprop_core import Run
from backprop_core.brought import Brought, with_scaled_target
from backprop_core.presets import suggested_for
from playground.figures import learned
from playground.figures.board import Board, Views, learned_figure, learned_views
from playground.figures.scenes import learned_panel
from playground.figures.theme import LIGHT
