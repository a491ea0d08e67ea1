//! How services of each ecosystem are recognized, built and started.

use super::project::{Ecosystem, Folder, Project, words};

/// Maven and Gradle.
pub(super) fn jvm(folder: &Folder<'_>) -> Option<Project> {
    let (file, text, build, jar) = if let Some(pom) = folder.read("pom.xml") {
        let own = without(&pom, "parent");
        let name = format!("{}-{}", element(&own, "artifactId")?, element(&own, "version").unwrap_or("1.0".to_owned()));
        let jar = format!("target/{}.jar", element(&own, "finalName").unwrap_or(name));
        let program = if folder.has("mvnw") { "./mvnw" } else { "mvn" };
        ("pom.xml", pom, words(&format!("{program} -q -DskipTests package")), jar)
    } else {
        let file = folder.first(&["build.gradle.kts", "build.gradle"])?;
        let settings = folder.first(&["settings.gradle.kts", "settings.gradle"]).and_then(|name| folder.read(name));
        let name = settings.and_then(|text| assigned(&text, "rootProject.name")).unwrap_or_else(|| folder.name());
        let program = if folder.has("gradlew") { "./gradlew" } else { "gradle" };
        let build = words(&format!("{program} -q assemble"));
        (file, folder.read(file)?, build, format!("build/libs/{name}.jar"))
    };
    let properties = folder.read("src/main/resources/application.properties").unwrap_or_default();
    let port = assigned(&properties, "server.port").and_then(|port| port.parse().ok()).unwrap_or(8080);
    Some(Project {
        ecosystem: Ecosystem::Jvm,
        command: vec!["java".to_owned(), "-jar".to_owned(), jar.clone()],
        build: Some(build),
        port,
        health: text.contains("spring-boot-starter-actuator").then(|| "/actuator/health".to_owned()),
        why: format!("a JVM service: `{file}` is here"),
        doubts: vec![format!("`command`: whether the build makes `{jar}`")],
    })
}

/// package.json.
pub(super) fn node(folder: &Folder<'_>) -> Option<Project> {
    let package: serde_json::Value = serde_json::from_str(&folder.read("package.json")?).unwrap_or_default();
    let start = package["scripts"]["start"].as_str().map(words).filter(|start| !start.is_empty());
    // npm would stand between plimsoll and the service; a plain command is taken out of the script.
    let plain = start
        .clone()
        .filter(|start| start[0] == "node" && !start.iter().any(|word| word.contains(['&', '|', '$', '"', '\''])));
    let main = package["main"].as_str().or_else(|| folder.first(&["server.js", "app.js", "index.js", "src/index.js"]));
    let (command, why) = match (plain, start, main) {
        (Some(command), _, _) => (command, "its start script".to_owned()),
        (None, Some(_), _) => (words("npm start"), "its start script".to_owned()),
        (None, None, Some(main)) => (vec!["node".to_owned(), main.to_owned()], format!("`{main}`")),
        (None, None, None) => (words("node server.js"), "nothing that says how it starts".to_owned()),
    };
    let build = if package["scripts"]["build"].is_string() { "npm run build" } else { "npm ci" };
    Some(Project {
        ecosystem: Ecosystem::Node,
        command,
        build: Some(words(build)),
        port: 3000,
        health: None,
        why: format!("a Node.js service: `package.json` is here, with {why}"),
        doubts: vec!["`base-url`: the port that the service listens on".to_owned()],
    })
}

/// requirements.txt, pyproject.toml, manage.py, app.py, main.py.
pub(super) fn python(folder: &Folder<'_>) -> Option<Project> {
    let file = folder.first(&["manage.py", "requirements.txt", "pyproject.toml", "app.py", "main.py"])?;
    let named = |name: &str| folder.read(name).unwrap_or_default().to_lowercase();
    let needs = named("requirements.txt") + &named("pyproject.toml");
    let module =
        folder.first(&["app.py", "main.py", "wsgi.py", "asgi.py"]).map_or("app", |name| &name[..name.len() - 3]);
    let (command, port) = if folder.has("manage.py") {
        (words("python3 manage.py runserver --noreload 127.0.0.1:8000"), 8000)
    } else if needs.contains("uvicorn") || needs.contains("fastapi") || needs.contains("starlette") {
        (words(&format!("python3 -m uvicorn {module}:app --host 127.0.0.1 --port 8000")), 8000)
    } else if needs.contains("gunicorn") {
        (words(&format!("python3 -m gunicorn --bind 127.0.0.1:8000 {module}:app")), 8000)
    } else if needs.contains("flask") {
        (words(&format!("python3 -m flask --app {module} run --port 5000")), 5000)
    } else {
        (vec!["python3".to_owned(), format!("{module}.py")], 8000)
    };
    Some(Project {
        ecosystem: Ecosystem::Python,
        command,
        build: folder.has("requirements.txt").then(|| words("python3 -m pip install -r requirements.txt")),
        port,
        health: None,
        why: format!("a Python service: `{file}` is here"),
        doubts: vec!["`command` and `base-url`: the module and the port".to_owned()],
    })
}

/// go.mod.
pub(super) fn go(folder: &Folder<'_>) -> Option<Project> {
    let module = folder.read("go.mod")?;
    let path = module.lines().find_map(|line| line.strip_prefix("module "))?.trim();
    let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("service");
    Some(Project {
        ecosystem: Ecosystem::Go,
        command: vec![format!("./{name}")],
        build: Some(words(&format!("go build -o {name} ."))),
        port: 8080,
        health: None,
        why: "a Go service: `go.mod` is here".to_owned(),
        doubts: vec!["`build`: the package with `main`".to_owned()],
    })
}

/// A Dockerfile alone: its command, without the container.
pub(super) fn container(folder: &Folder<'_>) -> Option<Project> {
    let text = folder.read("Dockerfile")?;
    let list = |word: &str| -> Option<Vec<String>> {
        let line = text.lines().rev().find_map(|line| line.trim().strip_prefix(word))?;
        serde_json::from_str(line.trim()).ok().or_else(|| Some(words(line)))
    };
    let command: Vec<String> = [list("ENTRYPOINT "), list("CMD ")].into_iter().flatten().flatten().collect();
    if command.is_empty() {
        return None;
    }
    Some(Project {
        ecosystem: Ecosystem::Other,
        command,
        build: None,
        port: 8080,
        health: None,
        why: "the command of the `Dockerfile`, started without the container".to_owned(),
        doubts: vec!["`command`: its paths are those inside of the image".to_owned()],
    })
}

/// The text of the first XML element of a name.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty() && !text.contains(['$', '<']))
}

/// XML without the first element of a name and what is in it.
fn without(xml: &str, name: &str) -> String {
    let Some((before, rest)) = xml.split_once(&format!("<{name}>")) else { return xml.to_owned() };
    let after = rest.split_once(&format!("</{name}>")).map_or("", |(_, after)| after);
    format!("{before}{after}")
}

/// The value of `key = value`, without quotes.
fn assigned(text: &str, key: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix(key)?.trim_start().strip_prefix('='))?;
    Some(value.trim().trim_matches(['"', '\'']).to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::project::tests::folder;
    use super::*;

    fn command(files: &[(&str, &str)]) -> String {
        Project::look_at(folder(files).path()).command.join(" ")
    }

    #[test]
    fn the_jar_is_named_as_the_build_names_it() {
        let pom = "<project><parent><artifactId>p</artifactId><version>9</version></parent>\
                   <artifactId>shop</artifactId><version>1.2</version></project>";
        assert_eq!(command(&[("pom.xml", pom)]), "java -jar target/shop-1.2.jar");
        let gradle = [("build.gradle.kts", ""), ("settings.gradle.kts", "rootProject.name = \"cart\"\n")];
        assert_eq!(command(&gradle), "java -jar build/libs/cart.jar");
    }

    #[test]
    fn a_start_script_is_taken_apart_only_where_it_is_plain() {
        let start = |script: &str| command(&[("package.json", &format!(r#"{{"scripts": {{"start": "{script}"}}}}"#))]);
        assert_eq!(start("node --no-warnings src/app.mjs"), "node --no-warnings src/app.mjs");
        assert_eq!(start("tsc && node dist/app.js"), "npm start");
        assert_eq!(command(&[("package.json", "not json"), ("server.js", "")]), "node server.js");
    }

    #[test]
    fn python_frameworks_are_started_by_their_servers() {
        assert!(command(&[("requirements.txt", "FastAPI\nuvicorn"), ("main.py", "")]).contains("uvicorn main:app"));
        assert!(command(&[("requirements.txt", "flask==3"), ("app.py", "")]).contains("flask --app app run"));
        assert!(command(&[("manage.py", "")]).contains("runserver --noreload"));
        assert_eq!(command(&[("main.py", "")]), "python3 main.py");
    }

    #[test]
    fn go_modules_and_containers_are_known() {
        assert_eq!(command(&[("go.mod", "module example.com/a/shop\n")]), "./shop");
        assert_eq!(
            command(&[("Dockerfile", "FROM x\nENTRYPOINT [\"/bin/shop\"]\nCMD [\"--serve\"]")]),
            "/bin/shop --serve"
        );
    }
}
