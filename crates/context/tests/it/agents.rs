//! User agents as they are sent, and the hints beside them.

use context::{ClientHints, Request};
use model::value::Value;

use crate::asking::{RECOGNIZER, facts, fields, map, silent};

const NAMES: &[&str] = &["device", "os", "os_version", "browser", "browser_version", "bot"];

const CHROME_ON_ANDROID: &str =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
const CHROME_ON_WINDOWS: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";

fn read(user_agent: &str) -> String {
    facts(&RECOGNIZER.recognize(&Request { user_agent, ..silent() }), NAMES)
}

#[test]
fn browsers_of_people() {
    let table = [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "phone iOS 17 Safari 17 false",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
            "phone iOS 17 Chrome 131 false",
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
            "tablet iOS 16 Safari 16 false",
        ),
        (CHROME_ON_ANDROID, "phone Android - Chrome 131 false"),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "tablet Android 13 Chrome 131 false",
        ),
        ("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", "phone Android 14 Firefox 133 false"),
        (
            "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
            "phone Android 14 Samsung Internet 27 false",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.6778.39 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/490.0.0.63.82;]",
            "phone Android 14 Facebook 490 false",
        ),
        (CHROME_ON_WINDOWS, "desktop Windows - Chrome 131 false"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
            "desktop Windows - Firefox 133 false",
        ),
        (
            "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; Tablet PC 2.0; rv:11.0) like Gecko",
            "desktop Windows 7 IE 11 false",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "desktop Windows - Edge 131 false",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
            "desktop macOS - Safari 17 false",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "desktop Linux - Firefox 128 false"),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "desktop ChromeOS 14541 Chrome 131 false",
        ),
        (
            "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36",
            "tv Tizen 6 Safari - false",
        ),
        (
            "Mozilla/5.0 (Linux; Android 9; AFTMM Build/PS7233; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/70.0.3538.110 Mobile Safari/537.36",
            "tv Android 9 Chrome WebView 70 false",
        ),
    ];
    for (user_agent, facts) in table {
        assert_eq!(read(user_agent), facts, "{user_agent}");
    }
}

#[test]
fn bots_are_flagged_and_keep_the_device_that_they_come_as() {
    let table = [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.6778.33 Safari/537.36",
            "desktop Linux - HeadlessChrome 131 true",
        ),
        (
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "phone Android 6 Googlebot 2 true",
        ),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot - - Googlebot 2 true"),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
            "bot - - GPTBot 1 true",
        ),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
            "bot - - ClaudeBot 1 true",
        ),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
            "bot - - bingbot 2 true",
        ),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "bot - - FacebookBot 1 true"),
        ("curl/8.5.0", "bot - - curl 8 true"),
        ("python-requests/2.32.3", "bot - - Python Requests 2 true"),
    ];
    for (user_agent, facts) in table {
        assert_eq!(read(user_agent), facts, "{user_agent}");
        assert!(RECOGNIZER.is_bot(user_agent), "{user_agent}");
    }
    assert!(!RECOGNIZER.is_bot("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"));
    assert!(!RECOGNIZER.is_bot(""));
}

#[test]
fn what_says_nothing_is_unknown() {
    for user_agent in ["", "   ", "\u{0}", "x", "Mozilla/5.0"] {
        assert_eq!(read(user_agent), "- - - - - false", "{user_agent:?}");
    }
    let garbage = "(;é/\\\"%".repeat(1_300);
    assert_eq!(read(&garbage), "- - - - - false");
    let buried = format!("{}Googlebot", " ".repeat(1_023) + "x");
    assert_eq!(read(&buried), "bot - - Googlebot - true", "blanks at the ends do not count");
    let buried = format!("{}Googlebot", "x".repeat(1_024));
    assert_eq!(read(&buried), "- - - - - false", "beyond the limit nothing is read");
}

#[test]
fn hints_say_what_a_frozen_user_agent_does_not() {
    let brands = r#""Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24""#;
    let client_hints = ClientHints {
        brands,
        mobile: "?1",
        platform: r#""Android""#,
        platform_version: r#""14.0.0""#,
        model: r#""Pixel 8""#,
        form_factors: "",
    };
    let names = &["device", "model", "os", "os_version", "browser", "browser_version"];
    let request = Request { user_agent: CHROME_ON_ANDROID, client_hints, ..silent() };
    assert_eq!(facts(&RECOGNIZER.recognize(&request), names), "phone Pixel 8 Android 14 Chrome 131");

    let wide = ClientHints { mobile: "?0", model: r#""SM-X700""#, ..client_hints };
    let request = Request { client_hints: wide, ..request };
    assert_eq!(facts(&RECOGNIZER.recognize(&request), names), "tablet SM-X700 Android 14 Chrome 131");

    let client_hints = ClientHints {
        brands: r#""Not;A=Brand";v="8", "Chromium";v="131", "Brave";v="131""#,
        platform: r#""Windows""#,
        platform_version: r#""15.0.0""#,
        mobile: "?0",
        ..ClientHints::default()
    };
    let request = Request { user_agent: CHROME_ON_WINDOWS, client_hints, ..silent() };
    assert_eq!(facts(&RECOGNIZER.recognize(&request), names), "desktop - Windows 11 Brave 131");

    let client_hints = ClientHints { brands: r#""HeadlessChrome";v="131""#, ..ClientHints::default() };
    let request = Request { user_agent: CHROME_ON_WINDOWS, client_hints, ..silent() };
    assert_eq!(facts(&RECOGNIZER.recognize(&request), &["browser", "bot"]), "HeadlessChrome true");
}

#[test]
fn hints_of_the_tracking_script_count_as_headers_do() {
    let brand = |name: &'static str| map([("brand", name.into()), ("version", "131".into())]);
    let data = map([
        ("brands", Value::List([brand("Not_A Brand"), brand("Chromium"), brand("Microsoft Edge")].into())),
        ("mobile", true.into()),
        ("platform", "Android".into()),
        ("platformVersion", "13.0.0".into()),
        ("model", "SM-S918B".into()),
    ]);
    let body = fields([("userAgent", CHROME_ON_ANDROID.into()), ("userAgentData", data)]);
    let context = RECOGNIZER.recognize(&Request { user_agent: CHROME_ON_ANDROID, body_context: &body, ..silent() });
    let names = &["device", "model", "os", "os_version", "browser", "browser_version"];
    assert_eq!(facts(&context, names), "phone SM-S918B Android 13 Edge 131");
}

#[test]
fn a_server_that_asks_for_its_visitor_does_not_lend_its_own_headers() {
    let body = fields([("userAgent", CHROME_ON_ANDROID.into()), ("locale", "fr-FR".into())]);
    let request = Request {
        user_agent: "node-fetch/1.0",
        client_hints: ClientHints { mobile: "?0", platform: r#""Windows""#, ..ClientHints::default() },
        accept_language: "en",
        page_url: "https://backend.example/",
        body_context: &body,
        ..silent()
    };
    let names = &["device", "os", "bot", "language", "page.host"];
    assert_eq!(facts(&RECOGNIZER.recognize(&request), names), "phone Android false fr -");
}

#[test]
fn a_user_agent_is_read_the_same_the_second_time() {
    for user_agent in [CHROME_ON_ANDROID, CHROME_ON_WINDOWS, "GPTBot"] {
        assert_eq!(read(user_agent), read(user_agent));
    }
}
