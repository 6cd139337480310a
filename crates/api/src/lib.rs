//! Wire types, the tracking protocol, the error catalogue, OpenAPI.
