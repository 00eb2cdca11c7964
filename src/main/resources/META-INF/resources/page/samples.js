// The pictures and documents that come with the service, and questions that fit them.

export const samples = [
  {
    file: "scene.png",
    description: "Four drawn shapes on light green: two crosses, a square and a triangle",
    questions: ["Describe this image.", "Which colour does the triangle have?", "Count the shapes.", "What is the colour of the heart?"],
  },
  {
    file: "shapes-three.png",
    description: "Two diamonds and a ring on dark blue",
    questions: ["What do you see?", "Which shape is yellow?", "Where is the ring?"],
  },
  {
    file: "heart.png",
    description: "A heart on light blue",
    questions: ["Write a short caption for this picture.", "Where is the heart?", "What color is the triangle?"],
  },
  {
    file: "order.pdf",
    preview: "/page/order.png",
    description: "A PDF of two pages: a receipt and a table",
    questions: ["What is the total on page 1?", "What is on page 2?", "What is the shop called on the first page?", "How many pages does the document have?"],
  },
  {
    file: "receipt.png",
    description: "A receipt of a shop",
    questions: ["How much is the total?", "When was this bought?", "What is the name of the shop?", "Extract the date and the total as JSON."],
  },
  {
    file: "form.png",
    description: "A form with four fields",
    questions: ["What is the city?", "Which name is on the form?", "Give me the fields as JSON."],
  },
  {
    file: "table.png",
    description: "A table of names and numbers",
    questions: ["What is this?", "What is the room of SOFIA?", "How many entries does the table have?"],
  },
  {
    file: "chart-bars.png",
    description: "A bar chart",
    questions: ["Which bar is the largest?", "What is the value of MON?", "Write a caption."],
  },
  {
    file: "chart-line.png",
    description: "A line chart",
    questions: ["Is the trend rising or falling?", "Where is the line highest?", "What does the chart show?"],
  },
  {
    file: "chart-pie.png",
    description: "A pie chart",
    questions: ["Which slice is the largest?", "What color is the largest slice?", "How many parts are there?"],
  },
  {
    file: "cat.jpg",
    description: "Photograph of a cat",
    questions: ["What is in this picture?"],
  },
];

/** Questions for any other picture. */
export const openQuestions = ["Describe this image.", "Write a short caption for this picture.", "What is in the background?"];

/** Questions for any other document. */
export const documentQuestions = ["What kind of document is this?", "What is on page 1?", "How many pages does the document have?"];
