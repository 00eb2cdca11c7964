// The pictures that come with the service, and questions that fit them.

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
    file: "shapes-two.png",
    description: "A cross and a ring on light yellow",
    questions: ["Can you describe the picture?", "What is at the top of the picture?", "Count the shapes."],
  },
  {
    file: "heart.png",
    description: "A heart on light blue",
    questions: ["Write a short caption for this picture.", "Where is the heart?", "What color is the triangle?"],
  },
  {
    file: "three-shapes.png",
    description: "Two diamonds and a circle",
    questions: ["Describe this image.", "How many shapes are there?", "What color is the circle?"],
  },
  {
    file: "cat.jpg",
    description: "Photograph of a cat",
    questions: ["What is in this picture?"],
  },
];

/** Questions for any other picture. */
export const openQuestions = ["Describe this image.", "Write a short caption for this picture.", "What is in the background?"];
