"""Tests of Stammkarte; the folders mirror the tree of the code."""
