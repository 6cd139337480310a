//! HTTP, authentication, limits, configuration, telemetry.
