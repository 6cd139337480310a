//! `prevenance evaluate`: recommenders are graded by what a shop's own customers took, and nothing is left behind.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::shop::PROGRAM;

/// Numbers that are the same in every run (Knuth's multiplier).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Orders of 120 people of two tastes: each orders three items of the forty of their taste on ten days of January, and a
/// bag that everybody takes now and then. The last two days are of February.
fn two_tastes() -> String {
    let (mut table, mut numbers) = (String::from("user,item,at,basket,title,category\n"), Numbers(7));
    for day in 1..=12 {
        let date = if day > 10 { format!("2026-02-{day:02}") } else { format!("2026-01-{day:02}T10:00:00Z") };
        for person in 0..120 {
            let taste = ["shoe", "lamp"][person % 2];
            for _ in 0..3 {
                let item = format!("{taste}-{}", numbers.below(40));
                writeln!(table, "p{person},{item},{date},o-{person}-{day},\"{taste}, fine\",Home > {taste}").unwrap();
            }
            if numbers.below(4) == 0 {
                writeln!(table, "p{person},bag,{date},o-{person}-{day},,").unwrap();
            }
        }
    }
    table
}

/// A folder with a history, and one that is the program's for what is temporary.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(table: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("past.csv"), table).unwrap();
        fs::create_dir(folder.path().join("temporary")).unwrap();
        Self { folder }
    }

    fn command(&self, flags: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(["evaluate", "past.csv", "--from", "2026-02-01"]).args(flags).current_dir(self.folder.path());
        command.env("TMPDIR", self.folder.path().join("temporary"));
        command
    }

    fn run(&self, flags: &[&str]) -> Output {
        let output = self.command(flags).output().unwrap();
        assert_eq!(self.left(), 0, "temporary data are left");
        output
    }

    fn left(&self) -> usize {
        fs::read_dir(self.folder.path().join("temporary")).unwrap().count()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.folder.path().join(name)).unwrap()).unwrap()
    }
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_knows_the_taste_is_better_than_what_is_popular() {
    let desk = Desk::with(&two_tastes());
    // Neither a configuration that lies here nor a variable of the shop's own program is meant for the copy.
    fs::write(desk.folder.path().join("prevenance.toml"), "listen = 3").unwrap();
    let mut command = desk.command(&["--json", "found.json", "--recommender", "personal", "hybrid"]);
    let output = command.env("PREVENANCE__LISTEN", "nowhere").output().unwrap();
    assert!(output.status.success(), "{}", error(&output));
    assert_eq!(desk.left(), 0, "temporary data are left");
    let printed = String::from_utf8_lossy(&output.stdout);
    let found = desk.json("found.json");
    assert_eq!((&found["tested"], &found["newcomers"], &found["rows"]["bad"]), (&120.into(), &0.into(), &0.into()));
    assert_eq!(found["training"]["persons"], 120, "{}", found["training"]);
    let names: Vec<&str> = all(&found).iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["popular", "personal", "hybrid"], "popular comes unasked");
    for one in all(&found) {
        assert_eq!(one["not_personal"], 0, "{one}");
        assert!(one["requests_per_s"].as_f64().unwrap() > 0.0);
        for question in ["new", "any"] {
            let graded = &one[question]["all"];
            assert_eq!(one[question]["mean_length"], 20.0, "lists are full: {one}");
            assert!(graded["users"].as_u64().unwrap() > 80 && graded["coverage"].as_f64().unwrap() > 0.0, "{graded}");
            for metric in ["recall", "ndcg", "mrr", "popularity"] {
                let [low, mean, high] = ["low", "mean", "high"].map(|name| graded[metric][name].as_f64().unwrap());
                assert!(0.0 <= low && low <= mean && mean <= high && high <= 1.0, "{metric}: {graded}");
            }
            assert_eq!(one[question]["light"]["users"], 0, "everybody came ten times");
            assert_eq!(one[question]["cold"]["users"], 0, "every item was bought before");
            if one["name"] != "popular" {
                let more = &graded["minus_popular"]["ndcg"];
                assert!(more["low"].as_f64().unwrap() > 0.0, "{question}: {one}\n{printed}");
            }
        }
    }
    assert!(printed.contains("hybrid - popular: recall +") && printed.contains("NDCG@20"), "{printed}");
}

fn all(found: &Value) -> &[Value] {
    found["recommenders"].as_array().unwrap()
}

#[test]
fn bad_rows_are_told_and_the_others_count() {
    let mut table = two_tastes();
    table.push_str("p1,,2026-01-02,b,,\np1,shoe-1,yesterday,b,,\np1,shoe-1\n");
    // Of the last period: an item that nobody knew, somebody new; and behind it.
    table.push_str("p1,rug,2026-02-11,c,,\nnew,rug,2026-02-11,d,,\np1,shoe-1,2027-01-01,e,,\n");
    let desk = Desk::with(&table);
    let flags =
        ["--json", "found.json", "--recommender", "popular", "--users", "9", "--count", "5", "--until", "2026-03-01"];
    let output = desk.run(&flags);
    assert!(output.status.success(), "{}", error(&output));
    let lines = table.lines().count();
    let told = error(&output);
    assert!(told.contains(&format!("line {}: `item` is empty", lines - 5)), "{told}");
    assert!(told.contains(&format!("line {}: `at` is no day", lines - 4)), "{told}");
    assert!(told.contains(&format!("line {}: ", lines - 3)), "{told}");
    let found = desk.json("found.json");
    let rows = &found["rows"];
    assert_eq!((&rows["bad"], &rows["later"], &rows["read"]), (&3.into(), &1.into(), &(lines - 1).into()));
    assert_eq!((&found["tested"], &found["newcomers"], &found["cold_items"]), (&9.into(), &1.into(), &1.into()));
    // The same users are drawn again, and everything is the same but the time that it took.
    desk.run(&flags);
    assert_eq!(found["recommenders"][0]["any"], desk.json("found.json")["recommenders"][0]["any"]);
}

#[test]
fn what_cannot_be_evaluated_is_said() {
    let says = |table: &str, flags: &[&str], expected: &str| {
        let output = Desk::with(table).run(flags);
        assert!(!output.status.success() && error(&output).contains(expected), "{}", error(&output));
    };
    says("user,product,at\na,b,2026-01-01\n", &[], "there is no column `item`; there are user, product, at");
    says("user,item,at\na,b,soon\n", &[], "of 1 rows none says what somebody did; line 2: `at` is no day");
    says("user,item,at\na,b,2026-03-01\n", &[], "nothing happened before 2026-02-01T00:00:00Z");
    says("user,item,at\na,b,2026-01-01\n", &[], "nobody who came before took anything since");
    says("user,item,at\na,b,2026-01-01\n", &["--until", "2026-01-05"], "--until must be after --from");
    says(&two_tastes(), &["--recommender", "magic"], "the recommender `magic` cannot be evaluated");
}

#[test]
fn an_evaluation_that_is_stopped_leaves_nothing() {
    let desk = Desk::with(&two_tastes());
    let mut child = desk.command(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let is_serving = |desk: &Desk| {
        let temporary = fs::read_dir(desk.folder.path().join("temporary")).unwrap();
        temporary.filter_map(Result::ok).any(|folder| Path::new(&folder.path()).join("data").exists())
    };
    while !is_serving(&desk) {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::park_timeout(Duration::from_millis(5));
    }
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(desk.left(), 0);
}
