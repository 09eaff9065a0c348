#include "gateway/upstream/answer_shape.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

TEST(AnswerShape, IsToldByTheBeginning) {
    EXPECT_EQ(shape_of(""), AnswerShape::unknown);
    EXPECT_EQ(shape_of(" \r\n\t"), AnswerShape::unknown);
    EXPECT_EQ(shape_of("{"), AnswerShape::json);
    EXPECT_EQ(shape_of("\xef\xbb\xbf\n [{"), AnswerShape::json);
    EXPECT_EQ(shape_of("\n\ndata: {}"), AnswerShape::events);
    EXPECT_EQ(shape_of("da"), AnswerShape::events);
    EXPECT_EQ(shape_of("event: message"), AnswerShape::events);
    EXPECT_EQ(shape_of(": alive"), AnswerShape::events);
    EXPECT_EQ(shape_of("id:1"), AnswerShape::events);
    EXPECT_EQ(shape_of("retry: 100"), AnswerShape::events);
    EXPECT_EQ(shape_of("<html>"), AnswerShape::neither);
    EXPECT_EQ(shape_of("dear customer"), AnswerShape::neither);
}

}  // namespace
}  // namespace tollgate
