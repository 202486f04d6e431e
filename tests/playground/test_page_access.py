"""The playground's page for everybody: keyboard, screen reader, phone, dark rooms."""

from browser import ActionChains, Keys, plain


def test_keyboard_only(page):
    page.press_tab_until("[aria-label='Play']")
    page.press(Keys.SPACE)
    page.wait(lambda: page.number("epoch") >= 3)
    page.press(Keys.SPACE)
    page.wait(lambda: not page.received("frame")["playing"])
    epoch = page.number("epoch")
    page.press("e")
    page.wait(lambda: page.number("epoch") == epoch + 1)

    page.press_tab_until(".tile input:checked")
    with page.change():
        page.press(Keys.ARROW_RIGHT)
    assert page.settings["data"] == "circles"

    page.press_tab_until(".hit")
    page.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    name = page.run("return document.activeElement.dataset.name")
    assert name == "b1"  # after the two weights of the first neuron
    assert page.find(".tip").is_displayed()
    page.press(Keys.ENTER)
    page.wait(lambda: page.received("explanation")["parameter"] == name)
    page.press_tab_until("[aria-label='Next sample']")
    page.press(Keys.ENTER)
    page.wait(lambda: page.received("explanation")["sample"]["index"] == 1)
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.find(".explanation").is_displayed())
    # Back where it began, not at the top of the page.
    assert page.run("return document.activeElement.dataset.name") == name


def test_neurons_by_keyboard(page):
    page.press_tab_until(".neuron")
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    assert page.run("return document.activeElement.title") == "h1.2"
    page.press(Keys.ENTER)
    page.wait(lambda: page.text(".result h2") == "Neuron h1.2")


def test_draw_by_keyboard(page):
    page.run("document.querySelector('.tile[value=points]').focus()")
    page.press(Keys.SPACE)
    page.wait(lambda: page.run("return document.activeElement.matches('.surface')"))
    page.press(*[Keys.ARROW_LEFT] * 5, Keys.ENTER, *[Keys.ARROW_UP] * 5, Keys.ENTER)
    page.press("2", *[Keys.ARROW_RIGHT] * 10, Keys.ENTER, *[Keys.ARROW_UP] * 3)
    page.press(Keys.ENTER)
    page.wait(lambda: page.received("state")["data"]["n_train"] == 4)
    page.press("3", Keys.ENTER)  # a class of one point is not sent yet
    page.press(Keys.BACKSPACE)  # the two points under the cursor
    assert "each of two or more classes" in page.text(".drawing")


def test_every_control_has_a_name_for_screen_readers(page):
    page.explain("w1")
    nodes = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    controls = [
        node
        for node in nodes
        if not node.get("ignored")
        and node["role"]["value"]
        in (
            "button",
            "checkbox",
            "combobox",
            "radio",
            "slider",
            "spinbutton",
            "textbox",
        )
    ]
    assert len(controls) > 100
    names = {node.get("name", {}).get("value") for node in controls}
    assert {"Enlarge input x1", "Enlarge neuron h1.1", "Add a hidden layer"} <= names
    unnamed = [node for node in controls if not node.get("name", {}).get("value")]
    assert unnamed == []


def test_the_epoch_is_announced_but_not_each(page):
    live = "p.visually-hidden[role=status]"
    count = """
    window.announced = 0;
    new MutationObserver(() => window.announced++).observe(
      document.querySelector(arguments[0]), { childList: true });
    """
    page.run(count, live)
    page.play_until(lambda: page.number("epoch") >= 60)
    assert page.find(live).get_property("textContent").startswith("Epoch ")
    assert page.run("return window.announced") <= 60 / 6


def test_no_page_is_wider_than_a_phone(page, tmp_path):
    page.resize(320, 844, mobile=True)
    fits = "return document.documentElement.scrollWidth <= window.innerWidth"
    page.open()
    assert page.run("return window.innerWidth") == 320
    page.explain("w5")
    assert page.run(fits)
    page.open("hidden_layer_sizes=16,16,16,16,16,16&data=blobs")
    page.explain("b1")
    assert page.run(fits)
    page.open("lesson=first-step")
    assert page.run(fits)
    page.click(page.button("Copy as Python"))
    page.wait(lambda: page.find("dialog pre").is_displayed())
    assert page.run(fits)
    page.press(Keys.ESCAPE)
    file = tmp_path / f"{'long_name_' * 12}.csv"
    columns = [f"{'a_very_long_name_of_a_column_' * 3}{k}" for k in range(4)]
    file.write_text("\n".join([",".join(columns), *["1,2,3,0", "2,3,5,1"] * 20]))
    with page.change():
        page.open_file(file)
    assert page.run(fits)
    page.click(page.find(".tile[value=points]"))
    assert page.run(fits)
    assert page.run("return window.innerWidth") == 320


def test_names_of_inputs_stay_in_their_panel_on_a_phone(page, tmp_path):
    page.resize(390, 844, mobile=True)
    page.open()
    file = tmp_path / "names.csv"
    rows = ["1,2,3,0", "2,3,5,1"] * 20
    file.write_text("\n".join(["length of a bill,depth of a bill,m,kind", *rows]))
    with page.change():
        page.open_file(file)
    names = page.wait(
        lambda: (
            len(page.find_all(".neuron-name:not(:empty)")) == 3
            and page.find_all(".neuron-name:not(:empty)")
        )
    )
    panel = page.find(".middle").rect
    for name in names:
        assert name.rect["x"] >= panel["x"]
        assert name.rect["width"] >= 8
    assert names[0].get_dom_attribute("title") == "length of a bill"


MINUS = "\N{MINUS SIGN}"


def overlaps(first, second):
    """Return whether two rectangles have more than their edges in common."""
    return all(
        first[at] < second[at] + second[size] - 1
        and second[at] < first[at] + first[size] - 1
        for at, size in (("x", "width"), ("y", "height"))
    )


def test_values_do_not_overlap_in_a_large_network_on_a_phone(page):
    page.resize(390, 844, mobile=True)
    page.open("hidden_layer_sizes=16,16,16,16,16,16")
    page.explain("w500")  # from h2.4 to h3.14
    values = [v.rect for v in page.find_all(".values") if v.is_displayed()]
    assert len(values) == 2
    assert not overlaps(*values)
    page.open()
    page.explain("w1")
    values = [v.rect for v in page.find_all(".values") if v.is_displayed()]
    assert len(values) == 2 + 8 + 8 + 1
    pairs = ((a, b) for k, a in enumerate(values) for b in values[:k])
    assert not any(overlaps(a, b) for a, b in pairs)


def test_values_stay_in_the_panel_of_the_network(page):
    for width in (320, 400, 640, 1280):
        page.resize(width, 900, mobile=True)
        page.open("lesson=first-step")
        page.explain("w1")
        page.click(page.labelled("Previous sample"))
        page.wait(lambda: page.received("explanation")["sample"]["index"] == 1)
        page.click(page.labelled("Previous sample"))
        page.wait(lambda: page.received("explanation")["sample"]["index"] == 0)
        page.wait(lambda: page.text(".neuron:last-child .backward-value")[0] == MINUS)
        panel = page.find(".middle").rect
        for value in page.find_all(".values b"):
            assert value.rect["x"] + value.rect["width"] < panel["x"] + panel["width"]


def test_the_focused_weight_has_its_value_in_its_name(page):
    page.explain("w1")
    page.step("One minibatch")
    value = page.received("frame")["coefs"][0][0][0]
    hit = page.find(".hit[data-name=w1]")
    page.wait(lambda: page.received("explanation")["old"] == value)
    name = plain(hit.get_dom_attribute("aria-label"))
    assert name.startswith(f"w1 = {value:.4g}")


def background(page):
    color = page.find(".sknn-playground").value_of_css_property("background-color")
    return sum(map(float, color.split("(")[1].rstrip(")").split(",")[:3]))


def pixel(page):
    """Return the colour in the middle of the drawn surface."""
    return page.run(
        """
        const surface = document.querySelector("canvas.surface");
        const pixel = document.createElement("canvas").getContext("2d");
        pixel.drawImage(surface, -surface.width / 2, 40 - surface.height);
        return Array.from(pixel.getImageData(0, 0, 1, 1).data);
        """
    )


def test_light_and_dark(page):
    page.prefer(prefers_color_scheme="light")
    page.wait(lambda: background(page) > 600)
    light = pixel(page)
    page.prefer(prefers_color_scheme="dark")
    page.wait(lambda: background(page) < 150)
    page.wait(lambda: sum(pixel(page)) < sum(light))
    # A notebook's own theme goes before the system's.
    page.run("document.body.dataset.jpThemeLight = 'true'")
    page.wait(lambda: background(page) > 600)
    page.wait(lambda: pixel(page) == light)
    page.run("document.body.dataset.jpThemeLight = 'false'")
    page.wait(lambda: background(page) < 150)


def test_reduced_motion(page):
    page.explain("w1")
    animation = "return getComputedStyle(arguments[0]).animationName"
    line = page.find(".weight[data-mark=backward]")
    assert page.run(animation, line) != "none"
    page.prefer(prefers_reduced_motion="reduce")
    assert page.run(animation, line) == "none"


def test_the_focus_can_be_seen(page):
    outline = "return getComputedStyle(document.activeElement).outlineStyle"
    seen = 0
    for _ in range(12):
        page.press(Keys.TAB)
        if page.run("return document.activeElement.matches('.tile input')"):
            continue  # its tile has the outline
        assert page.run(outline) != "none"
        seen += 1
    assert seen >= 8


def test_all_weights_together_are_one_stop_of_the_tab_key(page):
    page.press_tab_until(".network .stage *")
    assert page.run("return document.activeElement.matches('.hit')")
    page.press(Keys.TAB)
    assert page.run("return document.activeElement.matches('.neuron')")
    page.press(Keys.TAB)
    assert not page.run("return document.activeElement.matches('.network .stage *')")


def test_a_tip_follows_the_pointer(page):
    hit = page.find(".hit[data-name=w85]")
    middle = page.run(
        """
        const path = arguments[0];
        const at = path.getPointAtLength(path.getTotalLength() / 2);
        const point = new DOMPoint(at.x, at.y).matrixTransform(path.getScreenCTM());
        return [point.x, point.y];
        """,
        hit,
    )
    actions = ActionChains(page.driver)
    actions.w3c_actions.pointer_action.move_to_location(*map(round, middle))
    actions.perform()
    tip = page.wait(lambda: page.text(".tip"))
    assert "→ o" in tip
