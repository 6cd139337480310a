//! Scenario runner and process harness for tests.
