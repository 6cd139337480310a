//! The commands of the README and of the documentation are typed as they stand, against the real program.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use testkit::{
    process::{Options, SECRET_KEY, Server, WRITE_KEY},
    shell::{self, commands},
};

use crate::shop::{PROGRAM, START, Shop, at};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");

/// How the README starts the program.
const RUN: &str = "cargo run --release --";

#[test]
fn the_first_walk_works_as_it_is_written() {
    let text = fs::read_to_string(README).unwrap();
    let server = Server::start(PROGRAM, Options::default());
    let environment = [("SECRET", SECRET_KEY), ("WRITE", WRITE_KEY), ("PREVENANCE", server.url())];
    let calls: Vec<_> = blocks(&text).into_iter().filter(|block| block.starts_with("curl ")).collect();
    assert!(calls.len() >= 4, "{calls:?}");
    let mut said = Vec::new();
    for call in calls {
        // `-f`, so that an error status fails the command.
        let script = format!("set -e\n{}", call.replace("curl -s", "curl -sf"));
        let output =
            Command::new("bash").args(["-c", &script]).envs(environment).env("no_proxy", "*").output().unwrap();
        assert!(output.status.success(), "{call}\n{}", String::from_utf8_lossy(&output.stderr));
        said.push(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    assert!(said.iter().any(|answer| answer.contains("\"first_name\"") && answer.contains("Ana")), "{said:?}");
    assert!(
        said.iter().any(|answer| answer.contains("\"recent-buyers\"") && answer.contains("\"size\":1")),
        "{said:?}"
    );
    assert!(!said.iter().any(|answer| answer.contains("rejected")), "{said:?}");
}

#[test]
fn every_command_of_the_program_that_the_readme_names_exists() {
    let text = fs::read_to_string(README).unwrap();
    let help = |subcommand: &str| {
        let output = Command::new(PROGRAM).args([subcommand, "--help"]).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let mut checked = 0;
    for command in commands(&text) {
        let Some(arguments) = shell::arguments(&command, RUN) else { continue };
        assert_eq!(shell::unknown(&arguments, help), None, "README, line {}: {}", command.line, command.text);
        checked += 1;
    }
    assert!(checked >= 2, "demo and serve");
}

/// A page of the documentation.
fn page(name: &str) -> String {
    fs::read_to_string(Path::new(README).with_file_name("docs").join(name)).unwrap()
}

/// Types lines in a shell at the root of the project, and stops at the first that fails; `prevenance` is the program
/// under test. What they printed.
fn typed(shop: &Shop, lines: &str, more: &[(&str, &str)]) -> String {
    let programs = Path::new(PROGRAM).parent().unwrap().display();
    let script = format!("set -e\nPATH='{programs}':$PATH\n{}", lines.replace("curl -s", "curl -sf"));
    let mut command = Command::new("bash");
    command.args(["-c", &script]).current_dir(Path::new(README).parent().unwrap());
    command.envs([("SECRET", SECRET_KEY), ("WRITE", WRITE_KEY), ("PREVENANCE", shop.server.url())]);
    let output = command.envs(more.iter().copied()).env("no_proxy", "*").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// A shop with example definitions, in which nothing is given up for want of time.
fn shop_of(definitions: &str, now: &str) -> Shop {
    let folder = Path::new(README).with_file_name("examples").join(definitions);
    let shop = Shop::open_with(Options {
        seed: Some(1),
        clock: Some(at(now)),
        env: vec![
            ("PREVENANCE__DEFINITIONS".into(), folder.display().to_string()),
            ("PREVENANCE__DECIDE__GIVE_UP_MS".into(), "60000".into()),
        ],
        ..Options::default()
    });
    shop.define("setting", "holdout_share", &json!({"value": 0}));
    shop
}

#[test]
fn the_page_on_deciding_works_as_it_is_written_and_shows_what_is_answered() {
    let (page, shop) = (page("deciding.md"), shop_of("definitions", START));
    let calls = blocks(&page);
    assert!(calls.len() >= 4, "{calls:?}");
    let said = typed(&shop, &calls.join("\n"), &[]);
    let answers: Vec<Value> = serde_json::Deserializer::from_str(&said).into_iter().map(Result::unwrap).collect();

    let shown = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let mut shown: Value = serde_json::from_str(shown).unwrap();
    let mut answered = answers.iter().find(|answer| answer["decisions"].is_array()).unwrap().clone();
    for answer in [&mut shown, &mut answered] {
        assert!(answer["revision"].take().is_u64());
        for decision in answer["decisions"].as_array_mut().unwrap() {
            assert!(decision["id"].take().as_str().unwrap().starts_with("dec_"));
        }
    }
    assert_eq!(answered, shown);

    let preview = answers.iter().find(|answer| answer["decisions"][0]["grounds"]["rejected"].is_array()).unwrap();
    assert!(preview["decisions"][0].get("id").is_none(), "{preview}");
    assert!(answers.iter().any(|answer| answer["outcome"] == "SAME"), "{said}");
    for event in ["Impression", "Click"] {
        assert_eq!(shop.count("anonymous_id:laptop-7", event), 1, "{event}");
    }
}

/// Whatever a decision may say is on the page.
#[test]
fn the_page_on_deciding_names_every_reason() {
    let page = page("deciding.md");
    for reason in model::decision::Reason::ALL {
        assert!(page.contains(&format!("\n| `{}` | ", reason.word())), "{reason:?}");
    }
}

/// A feed of two items in the words of the trade.
const FEED: &str = r#"<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>
<item><g:id>boot-42</g:id><title>Boot</title><g:price>119.90 EUR</g:price><g:availability>in stock</g:availability></item>
<item><g:id>pole</g:id><title>Pole</title><g:price>30</g:price><g:availability>in stock</g:availability></item>
</channel></rss>"#;

#[test]
fn the_page_on_feeds_works_as_it_is_written() {
    let (page, shop) = (page("feeds.md"), Shop::open());
    let calls = blocks(&page);
    let [told, patched, sent] = calls.as_slice() else { panic!("{calls:?}") };
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("products.xml");
    fs::write(&file, FEED).unwrap();
    assert!(typed(&shop, told, &[]).contains("\"added\":2"));
    shop.advance("1m");
    let said = typed(&shop, patched, &[]);
    assert!(
        said.contains("\"price_cents\":9990") && said.contains("\"title\":{\"en\":\"Boot\",\"fr\":\"Chaussure\"}"),
        "{said}"
    );
    shop.advance("1m");
    let here = sent.replace("products.xml", &file.display().to_string());
    let here = here.replace("prevenance feed", &format!("prevenance feed --to {}", shop.server.url()));
    let said = typed(&shop, &here, &[("PREVENANCE_KEY", SECRET_KEY)]);
    assert!(said.contains("products, google_xml: 1 added, 1 changed, 0 unchanged, 0 removed; 0 bad"), "{said}");
    assert!(said.contains("\"name\":\"products\""), "{said}");
}

#[test]
fn the_page_on_search_works_as_it_is_written() {
    let (page, shop) = (page("search.md"), Shop::open());
    let calls = blocks(&page);
    let [told, searched, meant, ordered, unmet] = calls.as_slice() else { panic!("{calls:?}") };
    assert!(typed(&shop, told, &[]).contains("\"added\":2"));
    for _ in 0..600 {
        let found = shop.web.post("/v1/search", &json!({})).expect(200).json();
        if found["total"] == 2 {
            break;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(50));
    }
    let said = typed(&shop, searched, &[]);
    let answers: Vec<Value> = serde_json::Deserializer::from_str(&said).into_iter().map(Result::unwrap).collect();
    assert_eq!(answers[0]["hits"][0]["title"], "Chaussures de randonnée", "{said}");
    assert_eq!((&answers[1]["total"], &answers[1]["facets"]["color"][0]["value"]), (&json!(1), &json!("brown")));
    assert_eq!(answers[2]["categories"], json!(["Shoes > Boots"]));
    assert!(typed(&shop, meant, &[]).contains("\"revision\":"));
    let finds = |query: &str| {
        std::thread::park_timeout(std::time::Duration::from_millis(50));
        shop.web.post("/v1/search", &json!({"query": query, "language": "en"})).expect(200).json()["total"] == 1
    };
    assert!((0..200).any(|_| finds("footwear")), "synonyms count within about a second");
    assert!(typed(&shop, ordered, &[]).contains("\"placement\":\"search\""));
    (0..3).for_each(|_| _ = shop.web.post("/v1/search", &json!({"query": "snowshoes"})).expect(200));
    assert!(typed(&shop, unmet, &[]).contains("\"text\":\"snowshoes\""));
}

#[test]
fn the_page_on_recommenders_works_as_it_is_written() {
    let (page, shop) = (page("recommenders.md"), Shop::open());
    let calls = blocks(&page);
    let [alone, in_a_page] = calls.as_slice() else { panic!("{calls:?}") };
    let said = typed(&shop, alone, &[]);
    let answers: Vec<Value> = serde_json::Deserializer::from_str(&said).into_iter().map(Result::unwrap).collect();
    let proposed = &answers.last().unwrap()["items"][0];
    assert_eq!((&proposed["id"], &proposed["why"]), (&json!("sock-7"), &json!("bought_together")), "{said}");
    let said = typed(&shop, in_a_page, &[]);
    assert!(said.contains("Often bought together with Hiking boots."), "{said}");
    for algorithm in suggest::Algorithm::ALL {
        assert!(page.contains(&format!("`{}`", algorithm.word())), "{algorithm:?}");
    }
}

#[test]
fn the_page_on_finders_works_as_it_is_written() {
    let (page, shop) = (page("finders.md"), Shop::open());
    let said = typed(&shop, &blocks(&page)[0], &[]);
    let answers: Vec<Value> = serde_json::Deserializer::from_str(&said).into_iter().map(Result::unwrap).collect();
    let (first, second) = (&answers[2], &answers[3]);
    assert_eq!((&first["question"]["text"], &first["fitting"]), (&json!("What for?"), &json!(3)), "{said}");
    assert_eq!((&second["items"][0]["id"], second.get("question")), (&json!("boot-1"), None), "{said}");
}

#[test]
fn the_page_on_a_shops_pages_works_as_it_is_written() {
    let (page, shop) = (page("pages.md"), Shop::open());
    let calls = blocks(&page);
    let [told, nearest, cart] = calls.as_slice() else { panic!("{calls:?}") };
    assert!(typed(&shop, told, &[]).contains("\"added\":1"));
    let answers = |said: &str| -> Vec<Value> {
        serde_json::Deserializer::from_str(said).into_iter().map(Result::unwrap).collect()
    };
    let near = answers(&typed(&shop, nearest, &[]));
    assert_eq!((&near[0]["stores"][0]["id"], &near[0]["stores"][0]["count"]), (&json!("paris"), &json!(3)), "{near:?}");
    assert_eq!(near[1], json!({"stores": [], "ask": "postcode"}));
    assert_eq!(near[2]["stores"][0]["id"], "lyon");
    let cart = answers(&typed(&shop, cart, &[])).pop().unwrap();
    let line = &cart["lines"][0];
    assert_eq!((&line["price_cents"], &line["price_then_cents"]), (&json!(11_990), &json!(12_990)), "{cart}");
}

/// Rows of the files of a trial, as few as show something.
const ROWS: [(&str, &str); 6] = [
    (
        "demographics",
        "household_id,age,income,home_ownership,marital_status,household_size,household_comp,kids_count\n\
         900,35-44,35-49K,Homeowner,Married,2,2 Adults No Kids,0\n",
    ),
    ("campaigns", "campaign_id,household_id\n1,900\n"),
    ("campaign_descriptions", "campaign_id,campaign_type,start_date,end_date\n1,Type B,2017-03-03,2017-04-09\n"),
    (
        "coupon_redemptions_to_w44",
        "household_id,coupon_upc,campaign_id,redemption_date\n900,51380041013,1,2017-03-10\n",
    ),
    (
        "products",
        "product_id,manufacturer_id,department,brand,product_category,product_type,package_size\n\
         1095275,2,GROCERY,National,FRZN ICE,ICE,22 LB\n",
    ),
    (
        "transactions_w01_w44",
        "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,coupon_match_disc,week,\
         transaction_timestamp\n\
         900,330,31198570044,1095275,1,0.5,0.0,0.0,0.0,1,2017-10-30 11:53:26\n",
    ),
];

/// The trial of the page on imports, with a row of each file; the program is started by the test.
#[test]
fn the_trial_with_real_files_works_as_it_is_written() {
    let (page, shop) = (page("import.md"), shop_of("import/definitions", "2017-10-31 00:00"));
    let calls: Vec<String> = blocks(&page).into_iter().filter(|block| block.contains("$DATA")).collect();
    assert_eq!(calls.len(), 1);
    let data = tempfile::TempDir::new().unwrap();
    for (file, rows) in ROWS {
        fs::write(data.path().join(format!("{file}.csv.gz")), rows).unwrap();
    }
    let folder = data.path().display().to_string();
    let said = typed(&shop, &calls[0], &[("DATA", &folder), ("PREVENANCE_KEY", SECRET_KEY)]);
    assert!(!said.contains("quarantine") && said.contains("home-hero: "), "{said}");
    for event in ["Order Completed", "Campaign Received", "Coupon Redeemed"] {
        assert_eq!(shop.count("loyalty_card:900", event), 1, "{event}");
    }
    assert_eq!((shop.size("coupon-redeemers"), shop.size("recent")), (1, 1), "{said}");
}

#[test]
fn the_mapping_of_the_page_on_imports_reads_rows() {
    let page = page("import.md");
    let mapping = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let (file, rows) = (folder.path().join("orders.toml"), folder.path().join("orders.csv"));
    fs::write(&file, mapping).unwrap();
    let text = "order_no;ordered_at;customer;mail;status;sku;quantity;price\n\
                7;01/03/2026 10:00;ana;;paid;boot-42;2;24,90 €\n\
                7;01/03/2026 10:00;ana;;paid;wax;1;5,00 €\n\
                8;01/03/2026 11:00;bob;;test;wax;1;5,00 €\n";
    fs::write(&rows, text).unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["import", "--dry-run", "--source", "store-orders", "--mapping"]).arg(&file).arg(&rows);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("\"total\":54.8") && said.contains("boot-42") && !said.contains("quarantine"), "{said}");
}

/// The shell blocks of a document, whole: some commands go over several lines.
pub(crate) fn blocks(markdown: &str) -> Vec<String> {
    let parts = markdown.split("```sh\n").skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}
