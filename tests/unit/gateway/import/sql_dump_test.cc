#include "gateway/import/sql_dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace tollgate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;
using Row = std::vector<SqlValue>;

bool wants_all(std::string_view) { return true; }

Result<SqlDump> read(const std::string& text, const std::function<bool(std::string_view)>& wanted = wants_all) {
    std::istringstream in(text);
    return read_sql_dump(in, wanted);
}

SqlTable table(const std::string& text, const std::string& name = "t") {
    const auto dump = read(text);
    if (!dump || !dump->contains(name)) ADD_FAILURE() << (dump ? "no such table" : dump.error().message());
    return dump ? dump->at(name) : SqlTable();
}

std::string problem(const std::string& text) {
    const auto dump = read(text);
    return dump ? std::string() : dump.error().message();
}

TEST(SqlDump, RowsOfCopyAreRead) {
    const SqlTable found = table(
        "--\n-- PostgreSQL database dump\n--\n"
        "CREATE TABLE public.\"LiteLLM_TeamTable\" (\n    team_id text NOT NULL,\n    models text[]\n);\n"
        "COPY public.\"LiteLLM_TeamTable\" (team_id, models) FROM stdin;\n"
        "a\\tb\t{x,y}\n"
        "c\\\\d\\n\t\\N\n"
        "\\.\n\nSELECT 1;\n",
        "LiteLLM_TeamTable");
    EXPECT_THAT(found.columns, ElementsAre("team_id", "models"));
    EXPECT_THAT(found.rows, ElementsAre(Row{"a\tb", "{x,y}"}, Row{"c\\d\n", std::nullopt}));
}

TEST(SqlDump, RowsOfInsertsAreRead) {
    const SqlTable found = table(
        "INSERT INTO public.t (a, \"B\", c) VALUES ('it''s', -1.5e-07, NULL), (E'tab\\t', true, 'back\\slash');\n"
        "INSERT INTO public.t (c, a) VALUES ('x', 'y'::text);\n");
    EXPECT_THAT(found.rows, ElementsAre(Row{"it's", "-1.5e-07", std::nullopt}, Row{"tab\t", "true", "back\\slash"},
                                        Row{"y", std::nullopt, "x"}));
}

TEST(SqlDump, WhatMysqldumpWritesIsRead) {
    const SqlTable found = table(
        "/*!40101 SET NAMES utf8mb4 */;\n"
        "CREATE TABLE `t` (\n  `id` bigint NOT NULL AUTO_INCREMENT,\n  `key` char(48) DEFAULT 'a,(b',\n"
        "  PRIMARY KEY (`id`),\n  UNIQUE KEY `by_key` (`key`)\n) ENGINE=InnoDB COMMENT='x;y';\n"
        "LOCK TABLES `t` WRITE;\n"
        "INSERT INTO `t` VALUES (1,'it\\'s\\n'),(2,_utf8mb4 'x'),(3,\"quoted\");\n"
        "UNLOCK TABLES;\n");
    EXPECT_THAT(found.columns, ElementsAre("id", "key"));
    EXPECT_THAT(found.rows, ElementsAre(Row{"1", "it's\n"}, Row{"2", "x"}, Row{"3", "quoted"}));
}

TEST(SqlDump, WhatSqliteWritesIsRead) {
    const SqlTable found = table(
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n"
        "CREATE TABLE `t` (`id` integer,`name` text DEFAULT \"\",PRIMARY KEY (`id`));\n"
        "INSERT INTO t VALUES(1,'back\\slash; and ''quotes''');\n"
        "INSERT INTO \"t\" VALUES(2,NULL);\nCOMMIT;\n");
    EXPECT_THAT(found.rows, ElementsAre(Row{"1", "back\\slash; and 'quotes'"}, Row{"2", std::nullopt}));
}

TEST(SqlDump, FunctionsAndTheirTextsArePassedOver) {
    const SqlTable found = table(
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$ SELECT ';' || '''; INSERT INTO t VALUES (9) $body$;\n"
        "/* INSERT INTO t (a) VALUES (8); */ INSERT INTO t (a) VALUES (1);");
    EXPECT_THAT(found.rows, ElementsAre(Row{"1"}));
}

TEST(SqlDump, RowsOfOtherTablesAreCountedAlone) {
    const auto dump = read(
        "CREATE TABLE logs (a int);\nCOPY logs (a) FROM stdin;\n1\n2\n\\.\nINSERT INTO logs VALUES (now() - 1), (4);\n"
        "INSERT INTO t (a) VALUES (1);\n",
        [](std::string_view name) { return name == "t"; });
    ASSERT_TRUE(dump) << dump.error().message();
    EXPECT_TRUE(dump->at("logs").rows.empty());
    EXPECT_EQ(dump->at("logs").row_count, 4U);
    EXPECT_EQ(dump->at("t").row_count, 1U);
}

TEST(SqlDump, WhatIsCutOrMalformedIsNamedWithItsLine) {
    EXPECT_THAT(problem("\n\nINSERT INTO t (a) VALUES ('cut"), HasSubstr("line 3: a quoted text does not end"));
    EXPECT_THAT(problem("COPY t (a) FROM stdin;\n1\n2"), HasSubstr("line 3: the rows of t do not end"));
    EXPECT_THAT(problem("INSERT INTO t (a, b) VALUES (1);"), HasSubstr("1 values for 2 columns"));
    EXPECT_THAT(problem("COPY t (a, b) FROM stdin;\n1\n\\.\n"), HasSubstr("line 3: a row of t has 1 values"));
    EXPECT_THAT(problem("INSERT INTO t VALUES (1);"), HasSubstr("what are the columns of t?"));
    EXPECT_THAT(problem("INSERT INTO t (a) VALUES (now());"), HasSubstr("is an expression"));
    EXPECT_THAT(problem("INSERT INTO t (a) SELECT 1;"), HasSubstr("without VALUES"));
    EXPECT_THAT(problem("CREATE TABLE t (a int"), HasSubstr("a table does not end"));
    EXPECT_THAT(problem("/* no end"), HasSubstr("a comment does not end"));
    EXPECT_THAT(problem("INSERT INTO t (a) VALUES (1);\nCREATE TABLE t (a int, b int);"), HasSubstr("after its rows"));
    EXPECT_EQ(problem(""), "");
}

TEST(SqlArray, IsAListOfTexts) {
    EXPECT_THAT(parse_sql_array("{}"), Optional(testing::IsEmpty()));
    EXPECT_THAT(parse_sql_array("{a,\"b, \\\"c\\\"\",NULL,\"NULL\"}"), Optional(ElementsAre("a", "b, \"c\"", "NULL")));
    EXPECT_EQ(parse_sql_array("a,b"), std::nullopt);
    EXPECT_EQ(parse_sql_array("{\"a"), std::nullopt);
    EXPECT_EQ(parse_sql_array("{\"a}"), std::nullopt);
}

}  // namespace
}  // namespace tollgate
