//! The mappings that the project ships are held against the headers of the files that they are for.

use std::{fs, path::Path};

use serde_json::json;

use crate::folder::{Folder, read};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/import");

fn example(name: &str) -> String {
    fs::read_to_string(Path::new(EXAMPLES).join(name)).unwrap()
}

#[test]
fn an_invoice_is_an_order_or_a_return() {
    let text = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n\
                489434,85048,15CM CHRISTMAS GLASS BALL 20 LIGHTS,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom\n\
                489434,79323P,PINK CHERRY LIGHTS,12,2009-12-01 07:45:00,6.75,13085.0,United Kingdom\n\
                489435,22350,CAT BOWL ,12,2009-12-01 07:46:00,2.55,,United Kingdom\n\
                A506401,B,Adjust bad debt,1,2010-04-29 13:36:00,-53594.36,,United Kingdom\n\
                C489449,22087,PAPER BUNTING WHITE LACE,-12,2009-12-01 10:33:00,2.95,16321.0,Australia\n";
    let folder = Folder::new();
    let outcome = read(&example("online-retail.toml"), &[folder.write("t.csv", text)]).unwrap();
    assert_eq!(outcome.bad, Vec::<String>::new());
    assert_eq!(outcome.passed_over, 2);
    let named = |name: &str| outcome.events.iter().find(|event| event["event"] == name).unwrap();
    let order = named("Order Completed");
    assert_eq!(order["context"]["identifiers"], json!({"user_id": "13085"}));
    assert_eq!((&order["properties"]["total"], &order["timestamp"]), (&json!(164.4), &json!("2009-12-01T07:45:00Z")));
    let back = named("Order Refunded");
    assert_eq!(back["properties"]["total"], 35.4);
    assert_eq!(back["properties"]["products"][0]["quantity"], 12);
}

#[test]
fn a_basket_is_an_order_with_departments() {
    let folder = Folder::new();
    let products = "product_id,manufacturer_id,department,brand,product_category,product_type,package_size\n\
                    1095275,2,GROCERY,National,ROLLS,ROLLS: BAGELS,4 OZ\n";
    folder.write("products.csv.gz", products);
    let lines = "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,\
                 coupon_match_disc,week,transaction_timestamp\n\
                 900,330,31198570044,1095275,1,0.5,0.0,0.0,0.0,1,2017-01-01 11:53:26\n\
                 900,330,31198570044,9878513,1,0.99,0.1,0.0,0.0,1,2017-01-01 11:53:26\n";
    let outcome = read(&example("complete-journey/baskets.toml"), &[folder.write("t.csv", lines)]).unwrap();
    assert_eq!(outcome.bad, Vec::<String>::new());
    let order = outcome.events.iter().find(|event| event["event"] == "Order Completed").unwrap();
    assert_eq!((&order["properties"]["total"], &order["properties"]["lines"]), (&json!(1.49), &json!(2)));
    assert_eq!(order["properties"]["products"][0]["department"], "GROCERY");
    assert_eq!(order["properties"]["products"][1].get("department"), None, "a product that is not in the second file");
}

#[test]
fn households_campaigns_and_coupons_are_read() {
    let folder = Folder::new();
    let text = "household_id,age,income,home_ownership,marital_status,household_size,household_comp,kids_count\n\
                1,65+,35-49K,Homeowner,Married,2,2 Adults No Kids,0\n1003,35-44,25-34K,,Unmarried,1,1 Adult No Kids,0\n";
    let outcome = read(&example("complete-journey/demographics.toml"), &[folder.write("d.csv", text)]).unwrap();
    assert_eq!(outcome.bad, Vec::<String>::new());
    let traits: Vec<_> = outcome.events.iter().filter(|event| event["type"] == "identify").collect();
    assert_eq!(traits.len(), 2);
    assert_eq!(traits[1]["traits"].get("home_ownership"), None);

    let described = "campaign_id,campaign_type,start_date,end_date\n1,Type B,2017-03-03,2017-04-09\n\
                     20,Type C,2017-11-27,2018-02-05\n";
    folder.write("campaign_descriptions.csv.gz", described);
    let members = folder.write("c.csv", "campaign_id,household_id\n1,105\n20,105\n3,105\n");
    let outcome = read(&example("complete-journey/campaigns.toml"), &[members]).unwrap();
    assert_eq!((outcome.passed_over, outcome.bad), (1, vec!["4 NO_MATCH campaign_id".to_owned()]));
    let received = outcome.events.iter().find(|event| event["event"] == "Campaign Received").unwrap();
    assert_eq!(received["timestamp"], "2017-03-03T00:00:00Z");
    assert_eq!(received["properties"], json!({"campaign_id": "1", "kind": "Type B", "ends_on": "2017-04-09"}));

    let text = "household_id,coupon_upc,campaign_id,redemption_date\n1029,51380041013,26,2017-01-01\n";
    let outcome = read(&example("complete-journey/coupons.toml"), &[folder.write("r.csv", text)]).unwrap();
    assert!(outcome.events.iter().any(|event| event["event"] == "Coupon Redeemed"));
}
