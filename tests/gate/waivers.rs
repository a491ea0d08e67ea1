//! A leak that somebody answers for passes until the day that he named.

use crate::scene::{MEASURED, OWNERS, Runtime, SLOPE, Scene};

fn waiver(owner: &str, until: &str) -> String {
    format!(
        "{SLOPE}{OWNERS}\n[[waiver]]\nowner = \"{owner}\"\nallow = \"20 MiB\"\nuntil = {until}\n\
         reason = \"sessions move to the store in spring\"\nby = \"payments\"\n"
    )
}

#[test]
fn a_waiver_for_the_owner_covers_its_leak_until_it_ends() {
    let mut scene = Scene::new(Runtime::Python, MEASURED, waiver("*CLIENTS*", "2099-01-31"));
    let waived = scene.run().comes_to("waived", 0);
    let findings = waived["verdict"]["findings"].as_array().unwrap();
    assert!(!findings.is_empty() && findings.iter().all(|finding| finding["standing"] == "waived"), "{findings:#?}");
    let why = findings[0]["waived-because"].as_str().unwrap();
    assert!(why.contains("sessions move") && why.contains("payments"), "{why}");

    let day_after = scene.plimsoll(&["check", "--format", "json", "--date", "2099-02-01"]);
    day_after.comes_to("regressed", 1);
    scene.tables = waiver("*CLIENTS*", "2020-01-31");
    let ended = scene.check().comes_to("regressed", 1);
    let notes = ended["verdict"]["waiver-notes"].to_string();
    assert!(notes.contains("ended on 2020-01-31"), "{notes}");

    scene.tables = waiver("*OTHERS*", "2099-01-31");
    let other = scene.check().comes_to("regressed", 1);
    let notes = other["verdict"]["waiver-notes"].to_string();
    assert!(notes.contains("was not needed"), "{notes}");
    scene.tables = waiver("*CLIENTS*", "2099-01-31").replace("20 MiB", "1 MiB");
    scene.check().comes_to("regressed", 1);
}
