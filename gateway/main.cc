// The command line: serve, check, options, init, version; the ledger's tools are in tools/commands.cc, the client of a
// running gateway in command_line/client_options.cc.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "gateway/build_commit.h"
#include "gateway/command_line/client_options.h"
#include "gateway/command_line/usage_error.h"
#include "gateway/reload.h"
#include "gateway/server.h"
#include "gateway/tools/commands.h"
#include "gateway/tools/initialize.h"

namespace {

constexpr int kFailed = 1;

int report(const tollgate::Status& status) {
    if (status.ok()) return 0;
    std::fprintf(stderr, "tollgate: %s\n", status.message().c_str());
    return kFailed;
}

int run_with_config(const std::string& path, bool only_check) {
    auto read = tollgate::read_config(path);
    if (!read) return report(read.error());
    if (!only_check) return report(tollgate::serve(std::move(*read), tollgate::build_commit()));
    const tollgate::Status status = tollgate::check(read->config);
    if (status.ok()) std::printf("%s: ok\n", path.c_str());
    return report(status);
}

int init(const tollgate::InitOptions& options, bool as_json) {
    const auto made = tollgate::initialize(options);
    if (!made) return report(made.error());
    if (!as_json) std::printf("Keep these: keys are shown once and stored nowhere else.\n");
    std::printf("%s\n", made->c_str());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Tollgate: a reverse proxy for LLM APIs that meters and bills every request.");
    app.require_subcommand(1);
    std::string config_path;
    tollgate::InitOptions options;
    bool as_json = false;

    CLI::App* const serve = app.add_subcommand("serve", "Run the gateway until SIGTERM");
    serve->add_option("--config", config_path, "Configuration file")->required();
    CLI::App* const check = app.add_subcommand("check", "Read a configuration and everything it names, then exit");
    check->add_option("--config", config_path, "Configuration file")->required();
    CLI::App* const list_options =
        app.add_subcommand("options", "Print every option of a configuration with its default, as YAML");
    CLI::App* const init_command = app.add_subcommand("init", "Make a data directory with its root key, once");
    init_command->add_option("--data-dir", options.data_dir, "Data directory")->required();
    init_command->add_flag("--json", as_json, "Print only JSON");
    init_command->add_flag("--quickstart", options.quickstart, "Also an organization, a key and 5 USD of credit");
    init_command->add_option("--base-url", options.base_url, "Where clients reach the gateway, for quickstart.json");
    init_command->add_option("--ops-url", options.ops_url, "Where the operations listener is, for quickstart.json");
    std::function<tollgate::Status()> run_tool;
    tollgate::add_tool_commands(app, run_tool);
    std::function<int()> run_client;
    tollgate::add_client_commands(app, run_client);
    tollgate::add_completion_commands(app, run_client);
    CLI::App* const version = app.add_subcommand("version", "Print the version");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        return tollgate::report_usage(app, problem, {argv + 1, argv + argc});
    }
    if (version->parsed()) {
        std::printf("tollgate %s\n", TOLLGATE_VERSION);
        return 0;
    }
    if (list_options->parsed()) {
        std::fputs(tollgate::example_config().c_str(), stdout);
        return 0;
    }
    if (run_tool) return report(run_tool());
    if (run_client) return run_client();
    if (init_command->parsed()) return init(options, as_json);
    return run_with_config(config_path, check->parsed());
}
