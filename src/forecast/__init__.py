"""Forecasts and scenarios of public health plan indicators toward their targets."""
