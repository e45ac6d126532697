//! The page of evidence, as a browser sees it.

mod common;

use common::{MODEL, unspin};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Spun text that would like to be more than text.
const HOSTILE: &str = "In keeping with The New York Instances, the corporate misplaced clients.\n\n\
    <script>document.title = 'broken in'</script> In keeping with \"x\" onmouseover=\"y\" <img src=x onerror=alert(1)> & the corporate.\n\
    </script><script>document.title = 'broken in'</script>\n";

fn report(folder: &Path, articles: &[PathBuf], more: &[&str]) -> String {
    let output = folder.join("report.html");
    let mut command = unspin();
    command.args(["report", "--model"]).arg(&*MODEL).args(articles).arg("--output").arg(&output);
    command.args(more).assert().success();
    fs::read_to_string(output).unwrap()
}

fn hostile(folder: &Path) -> PathBuf {
    let path = folder.join("<b>hostile&.txt");
    fs::write(&path, HOSTILE).unwrap();
    path
}

#[test]
fn nothing_comes_from_outside_and_no_script_from_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let page = report(folder.path(), &[hostile(folder.path())], &[]);
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("<img") && !page.contains("<b>hostile"));
    for outside in ["http://", "https://", "src=\"", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn the_same_page_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let article = PathBuf::from("training/sample/article.txt");
    let page = report(folder.path(), std::slice::from_ref(&article), &["--threads", "1"]);
    assert!(page == report(folder.path(), &[article], &["--threads", "3"]));
}

#[test]
fn an_original_shows_what_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let original = ["--original", "training/sample/article.original.txt"];
    let page = report(folder.path(), &["training/sample/article.txt".into()], &original);
    let lines = fs::read_to_string("training/sample/article.txt").unwrap();
    let rows = lines.lines().filter(|line| !line.is_empty()).count();
    assert_eq!(page.matches("<div class=\"original\"").count(), rows);
    assert!(page.contains("data-agrees=\"yes\"") && page.contains("data-agrees=\"no\""));
    let two = [PathBuf::from("README.md"), PathBuf::from("README.md")];
    let mut command = unspin();
    command.arg("report").args(two).args(original).args(["--output", "x.html"]).assert().code(2);
}

#[test]
fn changes_are_marked_without_colour_where_it_is_not_wanted() {
    let text = |more: &[&str], no_colour: &str| {
        let mut command = unspin();
        command.args(["diff", "--model"]).arg(&*MODEL).arg("training/sample/article.txt");
        let output = command.args(more).env("NO_COLOR", no_colour).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(text(&[], "1").contains("[-Instances-]{+Times+}"));
    assert!(
        text(&["--color", "always"], "1")
            .contains("\x1b[9;31mInstances\x1b[0m\x1b[1;32mTimes\x1b[0m")
    );
    assert!(!text(&["--color", "auto"], "").contains('\x1b'));
    let changes = text(&["--changes", "--min-confidence", "0.9"], "");
    assert!(changes.lines().all(|line| line.contains("{+")));
}

/// Does things on the page and writes what came of them into it.
const DRIVER: &str = r##"
const changes = Array.from(document.querySelectorAll("button.change"));
const article = document.querySelector(".article");
const slide = (to) => { const least = document.getElementById("least"); least.value = to; least.dispatchEvent(new Event("input")); };
const key = (name) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
const seen = {};
seen.title = document.title;
seen.all = unspin.restored(article);
slide(100);
seen.none = unspin.restored(article);
seen.left = document.getElementById("accepted").textContent;
slide(0);
seen.again = unspin.restored(article);
changes[0].focus();
// A window that is not in front holds the event back.
changes[0].dispatchEvent(new FocusEvent("focus"));
seen.card = !document.getElementById("card").hidden && document.querySelectorAll("#card button").length;
key("ArrowRight");
seen.moved = document.activeElement === changes[1];
key("ArrowLeft");
key("2");
seen.chosen = changes[0].textContent;
seen.second = JSON.parse(changes[0].dataset.readings)[1][0];
slide(100);
seen.stays = changes[0].textContent;
document.getElementById("reset").click();
slide(0);
changes[0].click();
seen.clicked = changes[0].textContent === changes[0].dataset.spun;
changes[0].click();
seen.back = unspin.restored(article);
seen.queries = unspin.queries(article);
const out = document.createElement("pre");
out.id = "seen";
out.textContent = JSON.stringify(seen);
document.body.append(out);
"##;

/// The browser, where there is one.
fn browser() -> Option<&'static str> {
    let found = |name: &&str| {
        Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success())
    };
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find(found)
}

#[test]
fn the_page_works_in_a_browser() {
    let Some(browser) = browser() else {
        println!("skipped: there is no chromium here");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let article = hostile(folder.path());
    let page = report(folder.path(), &[article], &[]);
    let nonce = page.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap().to_string();
    // A script without the page's nonce does not run, even if it were there.
    let driver = format!(
        "<script>document.title = 'broken in'</script><script nonce=\"{nonce}\">{DRIVER}</script>"
    );
    let driven = folder.path().join("driven.html");
    fs::write(&driven, page.replace("</body>", &format!("{driver}</body>"))).unwrap();
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--dump-dom",
            "--virtual-time-budget=5000",
        ])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", driven.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let seen = dom.split("<pre id=\"seen\">").nth(1).unwrap_or_else(|| panic!("{dom}"));
    let seen = html_escape::decode_html_entities(seen.split("</pre>").next().unwrap()).into_owned();
    let seen: serde_json::Value = serde_json::from_str(&seen).unwrap();
    assert_ne!(seen["title"], "broken in");
    assert_eq!(seen["none"], HOSTILE, "{seen}");
    let all = seen["all"].as_str().unwrap();
    assert!(all.starts_with("According to The New York Times, the "), "{seen}");
    assert_eq!(seen["again"], seen["all"]);
    assert!(seen["left"].as_str().unwrap().starts_with("0 of "), "{seen}");
    assert!(seen["card"].as_u64().unwrap() >= 2, "{seen}");
    assert_eq!(seen["moved"], true);
    assert_eq!(seen["chosen"], seen["second"]);
    assert_eq!(seen["stays"], seen["second"]);
    assert_eq!(seen["clicked"], true);
    assert_eq!(seen["back"], seen["all"]);
    let queries = seen["queries"].as_array().unwrap();
    let found = |query: &serde_json::Value| query.as_str().unwrap().starts_with("\"According to");
    assert!(queries.iter().any(found), "{seen}");
}
