//! What is known of a request before anything is made of it.

use std::net::IpAddr;

use model::{time::Timestamp, value::Fields};

/// One request, as its headers and its body say it. What is not known is left empty.
///
/// The body's `context` has the shape of the tracking protocol: `userAgent`, `userAgentData`, `locale`, `timezone`,
/// `ip`, `page.url`, `page.referrer`, `campaign`, `shop`. What it says goes before the headers. A body whose
/// `userAgent` is not the header's speaks for somebody else (a shop's server for its visitor); then no header is read,
/// and [`Request::ip`] neither: they describe the server.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `User-Agent`.
    pub user_agent: &'a str,
    /// `Sec-CH-UA…`.
    pub client_hints: ClientHints<'a>,
    /// `Accept-Language`.
    pub accept_language: &'a str,
    /// Where the caller stands: a browser's `Referer` header, which names the page that asks.
    pub page_url: &'a str,
    /// Where the visitor came from, if the caller says so outside the body's `context`.
    pub referrer: &'a str,
    /// The caller's address.
    pub ip: Option<IpAddr>,
    /// The moment of the request.
    pub now: Timestamp,
    /// The project's time zone (IANA); its hour stands where the visitor's own zone is not known. Empty: UTC.
    pub zone: &'a str,
    /// The body's `context`.
    pub body_context: &'a Fields,
    /// The body's own attributes; where `context.shop` names the same, these stand.
    pub attributes: &'a Fields,
}

/// The headers of User-Agent Client Hints, as sent; empty where not sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClientHints<'a> {
    /// `Sec-CH-UA`.
    pub brands: &'a str,
    /// `Sec-CH-UA-Mobile`.
    pub mobile: &'a str,
    /// `Sec-CH-UA-Platform`.
    pub platform: &'a str,
    /// `Sec-CH-UA-Platform-Version`.
    pub platform_version: &'a str,
    /// `Sec-CH-UA-Model`.
    pub model: &'a str,
    /// `Sec-CH-UA-Form-Factors`.
    pub form_factors: &'a str,
}
