

/// A product may be called `nan`, and a code of digits is no number.
#[test]
fn a_property_is_a_number_where_json_writes_it_so() {
    let shop = shop();
    let mut arguments = vec!["user_id:ana", "home-hero", "--event", "Product Viewed"];
    for property in ["a=nan", "b=007", "c=+5", "d=.5", "e=5", "f=-2.5", "g=true", "h=1e400"] {
        arguments.extend(["--property", property]);
    }
    let said = String::from_utf8(decide(&shop, &arguments).stdout).unwrap();
    let sent = r#"{"a":"nan","b":"007","c":"+5","d":".5","e":5,"f":-2.5,"g":"true","h":"1e400"}"#;
    assert!(said.contains(&format!("Product Viewed {sent}:")), "{said}");
}
