"""What the sidebar shows, read from the browser, and what it should show."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from backprop_core import Config
from playground.session import widget_values
from playground.wording import REGISTRIES

# Every setting the sidebar shows, whether or not its section is open: numbers, chosen labels, flags and lists.
READ = """() => Object.fromEntries([...document.querySelectorAll('.stSidebar [class*="st-key-"]')].map((box) => {
  const key = [...box.classList].find((name) => name.startsWith('st-key-')).slice(7);
  const number = box.querySelector('.stNumberInput input'), select = box.querySelector('.stSelectbox input');
  const flag = box.querySelector('.stCheckbox input'), list = box.querySelector('.stMultiSelect');
  if (box.querySelector('[class*="st-key-"]')) return [key, undefined];
  if (number) return [key, number.value === '' ? null : Number(number.value)];
  if (select) return [key, select.value];
  if (flag) return [key, flag.checked];
  if (list) return [key, [...list.querySelectorAll('[data-tag-index]')].map((tag) => tag.ariaLabel)];
  return [key, undefined];
}).filter(([, value]) => value !== undefined))"""
OTHERS = {"preset", "take"}  # widgets of the sidebar that are no settings


def settings_shown(page: Page) -> dict[str, Any]:
    """The settings on the page, by the keys of their widgets."""
    shown: dict[str, Any] = page.evaluate(READ)
    return {key: value for key, value in shown.items() if key not in OTHERS}


def settings_in_force(config: Config) -> dict[str, Any]:
    """What the widgets must show for a configuration, without what it leaves open."""
    values = widget_values.from_config(config)
    open_to_choice = {"per_layer"} if not values["per_layer"] else set()
    open_to_choice |= set() if config.hidden else {"hidden_size", "activation"}
    for key, value in values.items():
        registry = REGISTRIES.get(key.rstrip("_0123456789"))
        values[key] = registry[value].label if registry else value
    return {key: value for key, value in values.items() if key not in open_to_choice}


ALWAYS_THERE = {"dataset", "hidden_layers", "learning_rate", "epochs", "train_biases", "optimizer"}


def check_settings(page: Page, config: Config) -> None:
    """Every setting on the page is the one in force."""
    for key in ALWAYS_THERE:
        page.wait_for_selector(f".st-key-{key} input", state="attached")
    shown, wanted = settings_shown(page), settings_in_force(config)
    assert {key: value for key, value in shown.items() if key in wanted} == {
        key: wanted[key] for key in shown if key in wanted
    }
    assert {*shown} >= ALWAYS_THERE
