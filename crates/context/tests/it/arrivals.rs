//! Where visitors come from.

use context::Request;
use model::consent::{Ads, Choice, Consents, Means, Proof, Use};
use model::name::Name;
use model::request::FACTS;
use model::time::Timestamp;
use model::value::Value;

use crate::asking::{NOW, RECOGNIZER, fact, facts, fields, map, silent};

fn from(page_url: &str, referrer: &str) -> String {
    let context = RECOGNIZER.recognize(&Request { page_url, referrer, ..silent() });
    facts(&context, &["referrer", "referrer_name", "keyword"])
}

const PAGE: &str = "https://www.shop.example/boots";

#[test]
fn referrers_have_a_kind() {
    let table = [
        ("", "direct - -"),
        ("about:blank", "direct - -"),
        ("https://www.shop.example/", "internal - -"),
        ("https://shop.example/", "internal - -"),
        ("https://blog.shop.example/x", "internal - -"),
        ("https://shop.example.evil.example/", "other - -"),
        ("https://www.google.fr/", "search Google -"),
        ("https://www.google.com/search?q=red+boots", "search Google red boots"),
        ("https://yandex.ru/search/?text=%D1%81%D0%B0%D0%BF%D0%BE%D0%B3%D0%B8", "search Yandex сапоги"),
        ("https://www.baidu.com/s?wd=%CA%E9&ie=gb2312", "search Baidu -"),
        ("https://duckduckgo.com/", "search DuckDuckGo -"),
        ("android-app://com.google.android.googlequicksearchbox/", "search Google -"),
        ("https://l.facebook.com/l.php?u=x", "social Facebook -"),
        ("https://t.co/abc", "social X -"),
        ("https://chatgpt.com/", "ai_assistant ChatGPT -"),
        ("https://www.perplexity.ai/search?q=boots", "ai_assistant Perplexity -"),
        ("https://copilot.microsoft.com/", "ai_assistant Copilot -"),
        ("https://mail.google.com/", "email Gmail -"),
        ("android-app://com.google.android.gm/", "email Gmail -"),
        ("https://a-blog.example/?q=x", "other - -"),
        ("https://192.0.2.1/", "other - -"),
        ("https://[2001:db8::1]/", "other - -"),
        ("https://", "direct - -"),
        ("::::", "direct - -"),
    ];
    for (referrer, said) in table {
        assert_eq!(from(PAGE, referrer), said, "{referrer}");
    }
}

#[test]
fn a_search_in_the_shop_leaves_its_keyword() {
    assert_eq!(from(PAGE, "https://www.shop.example/search?type=all&q=rain%20boots"), "internal - rain boots");
    assert_eq!(from("https://other.example/a", "https://other.example/?s=x"), "internal - x", "the page's own host");
    let long = format!("https://shop.example/?q={}", "é".repeat(999));
    assert_eq!(from(PAGE, &long).chars().filter(|c| *c == 'é').count(), 100);
}

#[test]
fn campaigns_go_before_the_site_that_the_link_stood_on() {
    let table = [
        ("?utm_source=newsletter&utm_medium=email", "", "campaign - -"),
        ("?utm_source=google&utm_medium=cpc&utm_term=boots", "https://www.google.com/", "campaign Google -"),
        ("?gclid=abc", "https://www.google.com/", "campaign Google -"),
        ("?gclid=abc", "", "campaign - -"),
        ("?gclid=", "", "direct - -"),
        ("?fbclid=abc", "https://l.facebook.com/", "social Facebook -"),
        ("?fbclid=abc", "", "social Facebook -"),
        ("?utm_source=chatgpt.com", "", "ai_assistant ChatGPT -"),
        ("?utm_source=chatgpt.com", "https://chatgpt.com/", "ai_assistant ChatGPT -"),
        ("?utm_source=chatgpt.com&utm_medium=cpc", "", "campaign - -"),
        ("?utm_source=", "", "direct - -"),
        ("#utm_source=x", "", "direct - -"),
    ];
    for (query, referrer, said) in table {
        assert_eq!(from(&format!("{PAGE}{query}"), referrer), said, "{query} {referrer}");
    }
}

#[test]
fn tags_come_from_the_url_and_from_the_script() {
    let of_tags = |name: &&str| name.starts_with("campaign.") || *name == "ad_click";
    let names: Vec<&str> = FACTS.iter().copied().filter(of_tags).collect();
    let page_url = "https://shop.example/?utm_source=a&UTM_Medium=b&utm_campaign=c+d&utm_term=e&utm_content=f&utm_id=g&utm_source=z&utm_odd=h";
    let context = RECOGNIZER.recognize(&Request { page_url, ..silent() });
    assert_eq!(facts(&context, &names), "a b c d e f g false");

    let campaign =
        map([("name", "spring".into()), ("source", "news".into()), ("gclid", "1".into()), ("odd", Value::Null)]);
    let body = fields([("campaign", campaign)]);
    let context = RECOGNIZER.recognize(&Request { page_url, body_context: &body, ..silent() });
    assert_eq!(facts(&context, &names), "news b spring e f g true");
}

#[test]
fn the_body_says_page_and_referrer_before_the_headers() {
    let page = map([("url", "https://shop.example/a?b=c#d".into()), ("referrer", "https://www.bing.com/".into())]);
    let body = fields([("page", page)]);
    let context = RECOGNIZER.recognize(&Request { page_url: "https://shop.example/", body_context: &body, ..silent() });
    assert_eq!(facts(&context, &["page.host", "page.path", "referrer_name"]), "shop.example /a Bing");
    assert_eq!(fact(&context, "referrer_host"), "www.bing.com");
}

#[test]
fn click_ids_need_consent_to_ads_and_are_not_printed() {
    let page_url = "https://shop.example/?gclid=secret-1&fbclid=secret-2&gclid=secret-3";
    let context = RECOGNIZER.recognize(&Request { page_url, ..silent() });
    assert_eq!(fact(&context, "ad_click"), "true");
    assert!(!format!("{context:?}").contains("secret"), "{context:?}");
    assert!(context.facts().iter().all(|(_, value)| !format!("{value:?}").contains("secret")));

    let mut consents = Consents::default();
    assert!(consents.granted::<Ads>(NOW).is_none());
    let proof = Proof { source: Name::new("web"), means: Means::Call, wording: None, language: None };
    consents.record(Name::new(Ads::PURPOSE), Choice { granted: true, at: Timestamp::EPOCH, until: None, proof });
    let granted = consents.granted::<Ads>(NOW).unwrap();
    let ids: Vec<_> = context.arrival.clicks.ids(&granted).map(|(name, id)| format!("{name} {id}")).collect();
    assert_eq!(ids, ["gclid secret-1", "fbclid secret-2"]);
}

#[test]
fn a_click_id_is_kept_up_to_its_limit() {
    let clicked = |bytes: usize| {
        let page_url = format!("https://shop.example/?gclid={}", "x".repeat(bytes));
        fact(&RECOGNIZER.recognize(&Request { page_url: &page_url, ..silent() }), "ad_click")
    };
    assert_eq!(clicked(context::limits::CLICK_ID_BYTES), "true");
    assert_eq!(clicked(context::limits::CLICK_ID_BYTES + 1), "false");
}
