package io.smolvlm.models;

import io.smolvlm.vision.RgbImage;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/// A scene of one to four shapes, drawn as vectors by Java2D with smooth edges, and what there is
/// to know about it. Shares no line with the generator that the embedded model was trained with,
/// only the names of things.
///
/// @param things in reading order
record DrawnScene(RgbImage image, String ground, List<Thing> things) {
  enum Form {
    CIRCLE,
    SQUARE,
    TRIANGLE,
    STAR,
    DIAMOND,
    CROSS,
    HEART,
    RING;

    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /// Colours of things: the plainest of each name.
  enum Fill {
    RED(0xE0241B, 0xC81E1E),
    ORANGE(0xFF8A00, 0xF57A14),
    YELLOW(0xFFE21A, 0xF6D822),
    GREEN(0x1F9A36, 0x3CB043),
    BLUE(0x1F4FD8, 0x2F6BE0),
    PURPLE(0x7A2BA8, 0x8E3DB5),
    PINK(0xFF85B8, 0xF472A8),
    BROWN(0x7A4522, 0x6A3E1E),
    BLACK(0x000000, 0x101010),
    WHITE(0xFFFFFF, 0xFAFAFA),
    GRAY(0x808080, 0x8C8C8C),
    CYAN(0x12C8DC, 0x00D4E4);

    private final int[] codes;

    Fill(int... codes) {
      this.codes = codes;
    }

    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  enum Ground {
    WHITE("white", 0xFFFFFF),
    BLACK("black", 0x000000),
    GRAY("gray", 0xA8A8A8),
    LIGHT_BLUE("light blue", 0xBFDCF8),
    LIGHT_GREEN("light green", 0xC4EFC6),
    LIGHT_YELLOW("light yellow", 0xFFF7C8);

    private final String label;
    private final int code;

    Ground(String label, int code) {
      this.label = label;
      this.code = code;
    }
  }

  /// A shape of the scene.
  ///
  /// @param place as in `at the top left`
  record Thing(String colour, String shape, String place) {
    String name() {
      return colour + " " + shape;
    }
  }

  /// Where a thing may stand, as fractions of width and height, and its largest reach as a fraction
  /// of the shorter side.
  private record Spot(double x, double y, double reach, String place) {}

  private static final List<Spot> QUADRANTS =
      List.of(
          new Spot(.26, .26, .19, "at the top left"),
          new Spot(.74, .26, .19, "at the top right"),
          new Spot(.26, .74, .19, "at the bottom left"),
          new Spot(.74, .74, .19, "at the bottom right"));
  private static final List<Spot> PAIR =
      List.of(new Spot(.26, .5, .2, "on the left"), new Spot(.74, .5, .2, "on the right"));
  private static final List<Spot> ROW =
      List.of(
          new Spot(.18, .5, .13, "on the left"),
          new Spot(.5, .5, .13, "in the middle"),
          new Spot(.82, .5, .13, "on the right"));
  private static final List<Spot> STACK =
      List.of(
          new Spot(.5, .18, .13, "at the top"),
          new Spot(.5, .5, .13, "in the middle"),
          new Spot(.5, .82, .13, "at the bottom"));
  private static final List<Spot> MIDDLE = List.of(new Spot(.5, .5, .36, "in the middle"));

  private static final int LEAST_CONTRAST = 110;

  /// Draws one; the same generator state gives the same scene.
  ///
  /// @param shapes 1 to 4
  static DrawnScene draw(RandomGenerator random, int shapes) {
    int side = new int[] {224, 256, 320, 400, 512}[random.nextInt(5)];
    int other = random.nextBoolean() ? side : side * 3 / 4;
    boolean upright = random.nextBoolean();
    int width = upright ? other : side;
    int height = upright ? side : other;
    Ground ground = Ground.values()[random.nextInt(Ground.values().length)];
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    pen.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    pen.setColor(new Color(ground.code));
    pen.fillRect(0, 0, width, height);
    var things = new ArrayList<Thing>();
    double scale = .75 + .25 * random.nextDouble();
    for (Spot spot : spots(random, shapes)) {
      Form form = Form.values()[random.nextInt(Form.values().length)];
      double reach = spot.reach * Math.min(width, height) * scale;
      var outline =
          new AffineTransform(
              reach,
              0,
              0,
              reach,
              (spot.x + .02 * (random.nextDouble() - .5)) * width,
              (spot.y + .02 * (random.nextDouble() - .5)) * height);
      if (random.nextInt(3) == 0) {
        outline.rotate(Math.toRadians(16 * (random.nextDouble() - .5)));
      }
      Fill fill = Fill.values()[random.nextInt(Fill.values().length)];
      Color colour = new Color(fill.codes[random.nextInt(fill.codes.length)]);
      while (near(colour, new Color(ground.code))) {
        fill = Fill.values()[random.nextInt(Fill.values().length)];
        colour = new Color(fill.codes[random.nextInt(fill.codes.length)]);
      }
      Shape shape = outline.createTransformedShape(unit(form));
      pen.setColor(colour);
      pen.fill(shape);
      if (random.nextInt(6) == 0) {
        pen.setStroke(new BasicStroke((float) Math.max(1, reach * .04)));
        pen.setColor(colour.darker());
        pen.draw(shape);
      }
      things.add(new Thing(fill.label(), form.label(), spot.place));
    }
    pen.dispose();
    return new DrawnScene(RgbImage.of(image), ground.label, List.copyOf(things));
  }

  private static List<Spot> spots(RandomGenerator random, int shapes) {
    List<List<Spot>> layouts =
        switch (shapes) {
          case 1 -> List.of(MIDDLE, MIDDLE, QUADRANTS);
          case 2 -> List.of(PAIR, QUADRANTS, ROW, STACK);
          case 3 -> List.of(ROW, STACK, QUADRANTS);
          default -> List.of(QUADRANTS);
        };
    List<Spot> layout = layouts.get(random.nextInt(layouts.size()));
    var order = new ArrayList<Integer>();
    for (int i = 0; i < layout.size(); i++) {
      order.add(i);
    }
    for (int i = order.size() - 1; i > 0; i--) {
      Collections.swap(order, i, random.nextInt(i + 1));
    }
    return order.subList(0, shapes).stream().sorted().map(layout::get).toList();
  }

  private static boolean near(Color a, Color b) {
    int red = a.getRed() - b.getRed();
    int green = a.getGreen() - b.getGreen();
    int blue = a.getBlue() - b.getBlue();
    return red * red + green * green + blue * blue < LEAST_CONTRAST * LEAST_CONTRAST;
  }

  /// A shape around the origin that reaches about 1.
  private static Shape unit(Form form) {
    return switch (form) {
      case CIRCLE -> disc(1);
      case SQUARE -> new Rectangle2D.Double(-.88, -.88, 1.76, 1.76);
      case TRIANGLE -> polygon(0, -.95, .98, .8, -.98, .8);
      case DIAMOND -> polygon(0, -1, .78, 0, 0, 1, -.78, 0);
      case STAR -> star();
      case CROSS -> {
        var bars = new Area(new Rectangle2D.Double(-1, -.3, 2, .6));
        bars.add(new Area(new Rectangle2D.Double(-.3, -1, .6, 2)));
        yield bars;
      }
      case RING -> {
        var band = new Area(disc(1));
        band.subtract(new Area(disc(.58)));
        yield band;
      }
      case HEART -> {
        var heart = new Path2D.Double();
        heart.moveTo(0, -.45);
        heart.curveTo(.3, -1.15, 1.35, -.95, .95, -.1);
        heart.curveTo(.75, .3, .3, .6, 0, .95);
        heart.curveTo(-.3, .6, -.75, .3, -.95, -.1);
        heart.curveTo(-1.35, -.95, -.3, -1.15, 0, -.45);
        heart.closePath();
        yield heart;
      }
    };
  }

  private static Shape disc(double reach) {
    return new Ellipse2D.Double(-reach, -reach, 2 * reach, 2 * reach);
  }

  private static Shape star() {
    double[] corners = new double[20];
    for (int i = 0; i < 10; i++) {
      double reach = i % 2 == 0 ? 1.05 : .44;
      double turn = Math.PI * (i / 5.0 - .5);
      corners[2 * i] = reach * Math.cos(turn);
      corners[2 * i + 1] = reach * Math.sin(turn);
    }
    return polygon(corners);
  }

  private static Shape polygon(double... corners) {
    var path = new Path2D.Double();
    path.moveTo(corners[0], corners[1]);
    for (int i = 2; i < corners.length; i += 2) {
      path.lineTo(corners[i], corners[i + 1]);
    }
    path.closePath();
    return path;
  }
}
